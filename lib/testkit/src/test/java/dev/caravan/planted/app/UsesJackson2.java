package dev.caravan.planted.app;

import com.fasterxml.jackson.databind.ObjectMapper;

/** Breaks: only Jackson 3. */
public class UsesJackson2 {
    ObjectMapper mapper = new ObjectMapper();
}
