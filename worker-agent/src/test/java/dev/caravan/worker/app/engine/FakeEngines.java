package dev.caravan.worker.app.engine;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Engines that do what a test says. */
public final class FakeEngines implements Engines {

    public final List<FakeEngine> started = new ArrayList<>();
    public boolean broken;

    @Override
    public Availability availability() {
        return new Availability.Found(
                new EngineBuild("llama.cpp", "b1", "", List.of("CPU"), "configured"));
    }

    @Override
    public RunningEngine start(EngineSpec spec) {
        if (broken) {
            throw new CaravanException(FaultCode.LOAD_FAILED, "llama-server: not there");
        }
        FakeEngine engine = new FakeEngine(1000 + started.size(), spec);
        started.add(engine);
        return engine;
    }

    public FakeEngine last() {
        return started.getLast();
    }

    /** One engine; it answers nothing unless it is told to. */
    public static final class FakeEngine implements RunningEngine {

        private final long pid;
        public final EngineSpec spec;
        private final Sinks.One<String> ready = Sinks.one();
        private final Sinks.One<EngineEnd> ended = Sinks.one();
        public final List<Duration> stops = new ArrayList<>();
        public Flux<RunFrame> answer = Flux.never();
        public Mono<Long> work = Mono.empty();

        FakeEngine(long pid, EngineSpec spec) {
            this.pid = pid;
            this.spec = spec;
        }

        public void becomeReady() {
            ready.tryEmitValue("127.0.0.1:" + pid);
        }

        public void beLate() {
            ready.tryEmitError(new CaravanException(FaultCode.LOAD_FAILED, "not ready"));
        }

        public void end(int code) {
            ended.tryEmitValue(new EngineEnd(code, "exit code " + code));
        }

        @Override
        public long pid() {
            return pid;
        }

        @Override
        public Mono<String> ready() {
            return ready.asMono();
        }

        @Override
        public Mono<EngineEnd> ended() {
            return ended.asMono();
        }

        @Override
        public void stop(Duration grace) {
            stops.add(grace);
        }

        @Override
        public Flux<RunFrame> run(EngineRequest request) {
            return answer;
        }

        @Override
        public Mono<Long> work() {
            return Mono.defer(() -> work);
        }

        @Override
        public Mono<Void> settled(IntSupplier others) {
            return Mono.empty();
        }
    }
}
