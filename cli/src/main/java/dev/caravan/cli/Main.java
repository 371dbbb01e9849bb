package dev.caravan.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;

/**
 * Starts the command. Exit codes: 0 done, 1 failed, 2 wrong use, 3 nothing is up.
 *
 * <p>A failure is told in one sentence that names the way out; with {@code -v} its stack trace
 * follows.
 */
public final class Main {

    private Main() {}

    static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.exit(run(System.getenv(), out, System.err, System.in, arguments));
    }

    /**
     * Runs one command in this process.
     *
     * @return its exit code
     */
    public static int run(
            Map<String, String> environment,
            PrintStream out,
            PrintStream err,
            InputStream in,
            String... arguments) {
        return commandLine(CliContext.ofProcess(environment, out, in))
                .setErr(new PrintWriter(err, true, err.charset()))
                .execute(arguments);
    }

    static CommandLine commandLine(CliContext context) {
        CaravanCommand top = new CaravanCommand();
        CommandLine line = new CommandLine(top);
        line.addSubcommand(new UpCommand(context));
        line.addSubcommand(new AgentCommand(context));
        line.addSubcommand(new DownCommand(context));
        line.addSubcommand(new StatusCommand(context));
        line.addSubcommand(new LogsCommand(context));
        line.addSubcommand(new RunCommand(context));
        line.addSubcommand(new ImportCommand(context));
        line.addSubcommand(new FixtureCommand(context));
        line.addSubcommand(new PlanCommand(context));
        line.addSubcommand(new PolicyCommand(context));
        line.addSubcommand(new EngineCommand(context));
        line.addSubcommand(new SmokeCommand(context));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler(
                (failure, command, _) -> {
                    command.getErr().println("caravan: " + CliException.words(failure));
                    if (top.verbose()) {
                        failure.printStackTrace(command.getErr());
                    }
                    return failure instanceof CliException told
                            ? told.exitCode()
                            : CliException.FAILED;
                });
        line.setParameterExceptionHandler(
                (failure, _) -> {
                    CommandLine command = failure.getCommandLine();
                    command.getErr().println("caravan: " + CliException.words(failure));
                    command.getErr()
                            .println(
                                    "usage: "
                                            + command.getHelp().synopsis(0).strip()
                                            + "   (--help says more)");
                    return CliException.USAGE;
                });
        return line;
    }
}
