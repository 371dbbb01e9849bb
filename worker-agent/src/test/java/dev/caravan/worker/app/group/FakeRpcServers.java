package dev.caravan.worker.app.group;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.worker.app.engine.EngineEnd;
import dev.caravan.worker.app.engine.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** RPC servers that do what a test says. */
public final class FakeRpcServers implements RpcServers {

    public final List<FakeRpcServer> started = new ArrayList<>();
    public boolean broken;

    @Override
    public RpcSetup setup(WantedMember wanted) {
        return new RpcSetup(List.of("rpc-server"), Map.of("KERNELS", wanted.continuation().name()));
    }

    @Override
    public Running start(MemberId name, RpcSetup setup) {
        if (broken) {
            throw new CaravanException(FaultCode.LOAD_FAILED, "rpc-server: not there");
        }
        FakeRpcServer server = new FakeRpcServer(2000 + started.size());
        started.add(server);
        return server;
    }

    public FakeRpcServer last() {
        return started.getLast();
    }

    /** One server. */
    public static final class FakeRpcServer implements Running {

        private final int pid;
        private final Sinks.One<Integer> ready = Sinks.one();
        private final Sinks.One<EngineEnd> ended = Sinks.one();
        public int kills;
        public Sight sight = Sight.FREE;

        FakeRpcServer(int pid) {
            this.pid = pid;
        }

        public void listen(int port) {
            ready.tryEmitValue(port);
        }

        public void beLate() {
            ready.tryEmitError(new CaravanException(FaultCode.LOAD_FAILED, "does not listen"));
        }

        public void end(int code) {
            ended.tryEmitValue(new EngineEnd(code, "exit code " + code));
        }

        @Override
        public long pid() {
            return pid;
        }

        @Override
        public Mono<Integer> ready() {
            return ready.asMono();
        }

        @Override
        public Sight sight() {
            return sight;
        }

        @Override
        public Mono<EngineEnd> ended() {
            return ended.asMono();
        }

        @Override
        public void kill() {
            kills++;
        }
    }
}
