package dev.caravan.registry.adapter.redis;

import dev.caravan.wire.CatalogueMessage;
import dev.caravan.wire.Keys;
import dev.caravan.wire.WireJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.publisher.Mono;

/** The catalogue in Redis, for those who look a digest up; one entry a digest. */
public final class RedisCatalogue {

    private final ReactiveStringRedisTemplate redis;

    public RedisCatalogue(ReactiveStringRedisTemplate redis) {
        this.redis = redis;
    }

    /** Makes Redis hold exactly {@code models}; of several names of one digest the first holds. */
    public Mono<Void> replace(List<CatalogueMessage.Model> models) {
        Map<String, String> values = new LinkedHashMap<>();
        for (CatalogueMessage.Model model : models) {
            values.putIfAbsent(
                    Keys.CATALOGUE + model.digest(), WireJson.mapper().writeValueAsString(model));
        }
        Set<String> digests =
                Set.copyOf(models.stream().map(CatalogueMessage.Model::digest).toList());
        return redis.opsForSet()
                .members(Keys.CATALOGUE_DIGESTS)
                .filter(digest -> !digests.contains(digest))
                .collectList()
                .flatMap(this::remove)
                .then(write(values, digests));
    }

    private Mono<Void> remove(List<String> digests) {
        if (digests.isEmpty()) {
            return Mono.empty();
        }
        return redis.opsForSet()
                .remove(Keys.CATALOGUE_DIGESTS, digests.toArray())
                .then(
                        redis.delete(
                                digests.stream()
                                        .map(digest -> Keys.CATALOGUE + digest)
                                        .toArray(String[]::new)))
                .then();
    }

    private Mono<Void> write(Map<String, String> values, Set<String> digests) {
        if (values.isEmpty()) {
            return Mono.empty();
        }
        return redis.opsForValue()
                .multiSet(values)
                .then(redis.opsForSet().add(Keys.CATALOGUE_DIGESTS, digests.toArray(String[]::new)))
                .then();
    }
}
