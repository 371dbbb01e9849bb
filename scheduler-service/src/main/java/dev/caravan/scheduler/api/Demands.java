package dev.caravan.scheduler.api;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.scheduler.app.Demand;
import dev.caravan.scheduler.translation.LoadWishes;
import dev.caravan.wire.LoadMessage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what gateways wish for; the first value that is wrong is named. */
final class Demands {

    /** A request is tried a few times; more is a slip. */
    private static final int MOST_AVOIDED = 64;

    private Demands() {}

    /**
     * @throws CaravanException INVALID_REQUEST
     */
    static Demand read(LoadMessage message) {
        if (message.contextLength() < 0) {
            throw invalid("contextLength: " + message.contextLength() + " (expected: >= 0)");
        }
        Long keepAlive = message.keepAliveMillis();
        if (keepAlive != null && keepAlive < -1) {
            throw invalid("keepAliveMillis: " + keepAlive + " (expected: >= -1)");
        }
        return new Demand(
                message.requestId() == null ? "" : message.requestId(),
                model(message.model()),
                digest(message.digest()),
                message.contextLength(),
                keepAlive == null ? OptionalLong.empty() : OptionalLong.of(keepAlive),
                Optional.ofNullable(message.distributed()),
                LoadWishes.read(message.loading()),
                avoided(message.avoided()));
    }

    private static Set<ReplicaId> avoided(List<String> ids) {
        if (ids.size() > MOST_AVOIDED || ids.stream().anyMatch(String::isBlank)) {
            throw invalid(
                    "avoid: %d ids (expected: at most %d, none blank)"
                            .formatted(ids.size(), MOST_AVOIDED));
        }
        return ids.stream().map(ReplicaId::new).collect(Collectors.toSet());
    }

    static ModelRef model(@Nullable String name) {
        return ModelRef.parse(name == null ? "" : name)
                .orElseThrow(
                        () ->
                                invalid(
                                        "model: \"%s\" (expected: [host/][namespace/]model[:tag])"
                                                .formatted(name)));
    }

    static ModelDigest digest(@Nullable String digest) {
        try {
            return new ModelDigest(digest == null ? "" : digest);
        } catch (IllegalArgumentException wrong) {
            throw new CaravanException(
                    FaultCode.INVALID_REQUEST, String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static CaravanException invalid(String detail) {
        return new CaravanException(FaultCode.INVALID_REQUEST, detail);
    }
}
