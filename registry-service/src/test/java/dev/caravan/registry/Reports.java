package dev.caravan.registry;

import dev.caravan.wire.AgentReport;
import dev.caravan.wire.ModelDetails;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.VersionMessage;
import java.util.List;
import java.util.stream.Stream;

/** Reports as agents make them. */
final class Reports {

    private Reports() {}

    static AgentReport report(String agent, long sequence, AgentReport.Model... models) {
        return new AgentReport(
                agent,
                "host",
                "http://127.0.0.1:1",
                "0.1.0",
                1000,
                sequence,
                null,
                "no engine",
                2,
                new AgentReport.Memory(100, 50, 50, 0),
                new AgentReport.Store(100, 10),
                new VersionMessage(0, 0),
                List.of(),
                null,
                Stream.of(models).toList());
    }

    static AgentReport.Model model(String name, String digest, long modifiedAt) {
        return new AgentReport.Model(
                name,
                digest,
                7,
                modifiedAt,
                new ModelDetails("", "gguf", "llama", List.of("llama"), "1M", "F16", null, null),
                List.of("completion"),
                null,
                PolicyMessage.of(0, 0, "fluent"),
                null);
    }
}
