package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ByteSize;
import dev.caravan.engine.EngineInstallation;
import dev.caravan.engine.process.Listening;
import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.engine.process.ProcessSpec;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.group.RpcServers;
import dev.caravan.worker.app.group.RpcSetup;
import dev.caravan.worker.app.group.WantedMember;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Starts {@code rpc-server}s from the installation that engines are started from. */
public final class LlamaRpcServers implements RpcServers {

    private static final long LOG_BYTES = 1 << 18;

    private final LlamaCppEngines engines;
    private final ProcessLauncher launcher;
    private final CommandLine commandLine;
    private final Path folder;
    private final TensorCache cache;

    /**
     * @param engines knows the installation
     * @param folder for logs, and for the tensors that are kept
     * @param threads that one server computes with
     * @param clusterId put into each server's environment
     * @param kept bytes of tensors that may be kept on disk; 0: none
     */
    public LlamaRpcServers(
            LlamaCppEngines engines,
            ProcessLauncher launcher,
            Path folder,
            int threads,
            String clusterId,
            ByteSize kept) {
        this.engines = engines;
        this.launcher = launcher;
        this.commandLine = new CommandLine(threads, ComputeOptions.NONE, List.of(), clusterId);
        this.folder = folder;
        this.cache = new TensorCache(folder.resolve("tensors"), kept);
    }

    @Override
    public RpcSetup setup(WantedMember wanted) {
        EngineInstallation found = engines.installed();
        Path server = found.rpcServer().orElseThrow(() -> unable(found));
        if (!found.rpcWorks()) {
            throw unable(found);
        }
        return new RpcSetup(
                commandLine.rpcServer(server, cache.makeRoom(wanted.memory())),
                commandLine.rpcEnvironment(wanted.continuation(), cache.folder()));
    }

    @Override
    public Running start(MemberId name, RpcSetup setup) {
        try {
            // Where another process takes this port meanwhile it ends.
            int port = Listening.freePort();
            return new LlamaRpcServer(
                    launcher.start(
                            new ProcessSpec(
                                    CommandLine.on(setup.command(), port),
                                    setup.environment(),
                                    folder,
                                    folder.resolve(name + ".log"),
                                    LOG_BYTES)),
                    port);
        } catch (IOException failed) {
            throw engines.cannotStart(Path.of(setup.command().getFirst()), failed);
        }
    }

    private static CaravanException unable(EngineInstallation found) {
        return new CaravanException(
                FaultCode.LOAD_FAILED,
                "rpc-server: none that works beside %s%s (expected: an engine with one; way out: ./caravan engine install)"
                        .formatted(
                                found.server(),
                                found.rpcFault().map(fault -> ", " + fault).orElse("")));
    }
}
