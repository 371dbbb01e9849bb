package dev.caravan.core.planted;

import tools.jackson.databind.json.JsonMapper;

/** Breaks: core is plain Java. */
public class UsesJackson {
    JsonMapper mapper = JsonMapper.builder().build();
}
