package dev.caravan.cli;

import dev.caravan.engine.Backend;
import dev.caravan.engine.EngineInstallation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Gets llama.cpp and shows which one there is. */
@Command(
        name = "engine",
        description = "Gets llama.cpp, and shows which one is used.",
        mixinStandardHelpOptions = true)
final class EngineCommand implements Runnable {

    private final CliContext context;

    @Spec private @Nullable CommandSpec spec;

    EngineCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(
                    spec.commandLine(), "engine: no word (expected: install or status)");
        }
    }

    @Command(
            name = "install",
            description = "finds an engine or installs one in the cache folder, without root",
            mixinStandardHelpOptions = true)
    int install() {
        show(new Engines().installed(context::say));
        return 0;
    }

    @Command(
            name = "status",
            description = "shows build, RPC protocol, backends and source",
            mixinStandardHelpOptions = true)
    int status() {
        show(
                new Engines()
                        .find()
                        .orElseThrow(
                                () ->
                                        new CliException(
                                                "engine: none found; get one with: ./caravan engine install")));
        return 0;
    }

    private static String words(Backend backend) {
        return backend.cpuVariant()
                .map(variant -> backend.name() + " (" + variant + ")")
                .orElse(backend.name());
    }

    private void show(EngineInstallation engine) {
        context.say("build     " + engine.build() + " (" + engine.version() + ")");
        context.say(
                "rpc       "
                        + engine.rpcProtocol()
                                .orElseGet(
                                        () ->
                                                "none: "
                                                        + engine.rpcFault()
                                                                .orElse("no rpc-server")));
        context.say(
                "backends  "
                        + String.join(
                                ", ",
                                engine.backends().stream().map(EngineCommand::words).toList()));
        context.say("source    " + engine.source());
        context.say("server    " + engine.server());
        context.say(
                "quantize  "
                        + engine.quantize()
                                .map(Object::toString)
                                .orElse("none: no llama-quantize"));
    }
}
