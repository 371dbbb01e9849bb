package dev.caravan.engine;

import dev.caravan.engine.source.EngineSource;
import dev.caravan.engine.source.FoundEngine;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A source that has an engine once it was installed. */
final class FakeSource implements EngineSource.Installable {

    private final Supplier<FoundEngine> fetch;
    private Optional<FoundEngine> installed = Optional.empty();

    FakeSource(Supplier<FoundEngine> fetch) {
        this.fetch = fetch;
    }

    @Override
    public Optional<FoundEngine> find() {
        return installed;
    }

    @Override
    public String label() {
        return "fake";
    }

    @Override
    public FoundEngine install(Consumer<String> progress) {
        FoundEngine found = fetch.get();
        installed = Optional.of(found);
        return found;
    }

    @Override
    public void discard() {
        installed = Optional.empty();
    }

    /** What a probe could have found out. */
    static EngineInstallation installation(FoundEngine found) {
        return new EngineInstallation(
                found.source(),
                found.server(),
                found.rpcServer(),
                found.quantize(),
                "b11669",
                "0.7.0 (build 11669, commit Debian)",
                Optional.of("8.0.0"),
                Optional.empty(),
                List.of(new Backend("CPU", "libggml-cpu-zen4.so")),
                found.packages());
    }
}
