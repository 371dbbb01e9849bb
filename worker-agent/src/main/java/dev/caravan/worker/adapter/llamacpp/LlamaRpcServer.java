package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.engine.process.LeashedProcess;
import dev.caravan.engine.process.Listening;
import dev.caravan.worker.app.engine.EngineEnd;
import dev.caravan.worker.app.group.RpcServers;
import java.io.IOException;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One {@code rpc-server}. Its exit code is 0 also where it could not listen. */
record LlamaRpcServer(LeashedProcess process, int port) implements RpcServers.Running {

    private static final Duration POLL = Duration.ofMillis(20);

    /** It loads nothing and listens after 0.1 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Mono<Integer> ready() {
        return Mono.fromCallable(() -> Listening.does(process.pid(), port))
                .subscribeOn(Schedulers.boundedElastic())
                // Of a process that has just ended nothing can be read.
                .onErrorReturn(false)
                .filter(listens -> listens)
                .repeatWhenEmpty(again -> again.delayElements(POLL))
                .map(_ -> port)
                .timeout(PATIENCE, Mono.error(this::late))
                .takeUntilOther(Mono.fromFuture(process::onExit));
    }

    private CaravanException late() {
        return new CaravanException(
                FaultCode.LOAD_FAILED,
                "rpc-server: does not listen on port %d after %s (expected: sooner), log %s"
                        .formatted(port, PATIENCE, process.log()));
    }

    /** Where the system does not tell, nothing is seen. */
    @Override
    public RpcServers.Sight sight() {
        try {
            if (!Listening.moves(process.pid())) {
                return RpcServers.Sight.STUCK;
            }
            return Listening.isAllItDoes(process.pid(), port)
                    ? RpcServers.Sight.FREE
                    : RpcServers.Sight.TAKEN;
        } catch (IOException unseen) {
            return RpcServers.Sight.STUCK;
        }
    }

    @Override
    public Mono<EngineEnd> ended() {
        return Mono.fromFuture(process::onExit)
                .map(
                        status ->
                                new EngineEnd(
                                        status.code(),
                                        "rpc-server %s on port %d: %s"
                                                .formatted(
                                                        process.command().getFirst(),
                                                        port,
                                                        status.describe())));
    }

    @Override
    public void kill() {
        var _ = process.kill();
    }
}
