package dev.caravan.engine.source;

import java.io.File;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** The folders of PATH. */
public final class SearchPath implements EngineSource {

    private static final Pattern SEPARATOR = Pattern.compile(Pattern.quote(File.pathSeparator));

    private final String path;

    /**
     * @param path folders, separated as in the environment variable PATH; relative ones are passed
     *     over
     */
    public SearchPath(String path) {
        this.path = path;
    }

    @Override
    public Optional<FoundEngine> find() {
        return SEPARATOR
                .splitAsStream(path)
                .filter(folder -> !folder.isBlank())
                .map(Path::of)
                .filter(Path::isAbsolute)
                .flatMap(folder -> EngineFolder.engineIn(folder, "PATH").stream())
                .findFirst();
    }
}
