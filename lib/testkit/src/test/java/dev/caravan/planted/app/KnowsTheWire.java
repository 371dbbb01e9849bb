package dev.caravan.planted.app;

import dev.caravan.wire.planted.Message;

/** Breaks: app knows no technology. */
public class KnowsTheWire {
    Message message = new Message();
}
