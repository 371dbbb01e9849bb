package dev.caravan.worker.adapter.ollama;

import reactor.core.publisher.Mono;

/** A server that was there already; whether it runs is its owner's affair. */
record FoundOllama(OllamaUrl url) implements OllamaHost {

    @Override
    public String shown() {
        return url.toString();
    }

    @Override
    public boolean isHere() {
        return url.isHere();
    }

    @Override
    public void start(Watcher watcher) {}

    @Override
    public Mono<Void> reachable() {
        return Mono.empty();
    }

    @Override
    public void answered() {}

    @Override
    public String missed(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }

    @Override
    public boolean isStarting() {
        return false;
    }

    @Override
    public void close() {}
}
