package dev.caravan.gateway.config;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.CatalogueMessage;
import dev.caravan.wire.ModelDetails;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.ShowMessage;
import dev.caravan.wire.VersionMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.StringNode;

/** What neighbours tell of models, each of which is the same file. */
final class Told {

    static final String DIGEST = "ab".repeat(32);

    private Told() {}

    static ModelDetails details() {
        return new ModelDetails("", "gguf", "llama", List.of("llama"), "1.5M", "F16", 4_096, 64);
    }

    static AgentSnapshot agent(String id, FakeNeighbour neighbour) {
        return new AgentSnapshot(
                new AgentId(id),
                "host",
                neighbour.address().toString(),
                AgentSnapshot.Verdict.READY);
    }

    static ModelEntry entry(String name, Continuation continuation, String... holders) {
        return new ModelEntry(
                ModelRef.parse(name).orElseThrow(),
                new ModelDigest(DIGEST),
                new ModelFacts(2, new ByteSize(10), 4, 4_096, 64),
                continuation,
                Set.of("completion"),
                Stream.of(holders).map(AgentId::new).toList());
    }

    static CatalogueMessage.Model catalogued(String name, long modifiedAt) {
        return new CatalogueMessage.Model(
                name,
                DIGEST,
                1_234,
                modifiedAt,
                details(),
                List.of("completion"),
                null,
                PolicyMessage.of(0, 1, "exact"),
                List.of("roomy"),
                List.of(),
                null);
    }

    static AgentReport report(
            String id, FakeNeighbour neighbour, long free, List<AgentReport.Replica> replicas) {
        return new AgentReport(
                id,
                "host",
                neighbour.address().toString(),
                "test",
                1,
                1,
                null,
                null,
                1,
                new AgentReport.Memory(1, 1, 1, 1),
                new AgentReport.Store(free, 0),
                new VersionMessage(0, 0),
                replicas,
                null,
                List.of(model("m:latest")));
    }

    private static AgentReport.Model model(String name) {
        return new AgentReport.Model(
                name,
                DIGEST,
                1_234,
                1_000,
                details(),
                List.of("completion"),
                null,
                PolicyMessage.of(0, 1, "exact"),
                null);
    }

    static ShowMessage shown(String name) {
        return shown(model(name));
    }

    /** Another model of that name, older by a millisecond. */
    static ShowMessage shownOlder(String name) {
        AgentReport.Model model = model(name);
        return shown(
                new AgentReport.Model(
                        name,
                        "ef".repeat(32),
                        model.size(),
                        model.modifiedAt() - 1,
                        model.details(),
                        model.capabilities(),
                        model.facts(),
                        model.policy(),
                        model.fault()));
    }

    private static ShowMessage shown(AgentReport.Model model) {
        Map<String, JsonNode> info = new LinkedHashMap<>();
        info.put("general.architecture", StringNode.valueOf("llama"));
        info.put("general.name", StringNode.valueOf("hidden"));
        info.put("llama.block_count", IntNode.valueOf(2));
        info.put("tokenizer.ggml.tokens", NullNode.getInstance());
        info.put("tokenizer.chat_template", StringNode.valueOf("hidden"));
        return new ShowMessage(
                model,
                "/store/blob",
                Map.of(
                        "license", List.of("MIT"),
                        "system", List.of("Be brief."),
                        "params", List.of("{\"temperature\":0.5,\"stop\":[\"<|end|>\"]}")),
                "{{ messages }}",
                null,
                info,
                List.of(new ShowMessage.Tensor("t", "F16", List.of(2L, 3L))),
                "0.14.0",
                List.of("/store/lora"),
                List.of("/store/eyes"));
    }
}
