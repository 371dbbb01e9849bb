package dev.caravan.engine;

import dev.caravan.engine.source.EngineException;
import dev.caravan.engine.source.EngineSource;
import dev.caravan.engine.source.FoundEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Finds the engine, and gets one from the first source that can fetch it where there is none. */
public final class EngineInstaller {

    private final EngineFinder finder;

    public EngineInstaller(EngineFinder finder) {
        this.finder = finder;
    }

    /**
     * Blocks for milliseconds if there is an engine, else for about ten seconds and a download of
     * 25 MB. A source that cannot give one is told and the next is asked. Of two that install at
     * once the second waits and takes the first one's result.
     *
     * @param progress gets one line for people at each step that takes time
     * @throws EngineException if none can be had or it does not work; the message has what each
     *     source said, and the way out
     */
    public EngineInstallation install(Consumer<String> progress) {
        return finder.find().orElseGet(() -> finder.lock().alone(() -> installAlone(progress)));
    }

    private EngineInstallation installAlone(Consumer<String> progress) {
        return finder.find().orElseGet(() -> fetchFirst(progress));
    }

    private EngineInstallation fetchFirst(Consumer<String> progress) {
        EngineException none =
                new EngineException("no engine on this host, and no source to fetch one from");
        List<String> refusals = new ArrayList<>();
        for (EngineSource source : finder.sources()) {
            if (source instanceof EngineSource.Installable fetchable) {
                try {
                    return fetch(fetchable, progress);
                } catch (EngineException refusal) {
                    none = refusal;
                    refusals.add(fetchable.label() + ": " + refusal.getMessage());
                    progress.accept(refusals.getLast());
                }
            }
        }
        throw refusals.size() < 2
                ? none
                : new EngineException(
                        "no engine to be had%n%s"
                                .formatted(String.join(System.lineSeparator(), refusals)),
                        none);
    }

    private EngineInstallation fetch(EngineSource.Installable source, Consumer<String> progress) {
        FoundEngine found = source.install(progress);
        try {
            progress.accept("trying the engine: one token, one split");
            return finder.tried(found);
        } catch (EngineException e) {
            source.discard();
            throw e;
        }
    }
}
