package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How probable a token was.
 *
 * @param logprob natural logarithm
 * @param top the most probable tokens of that place; absent: not asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Logprob(String token, double logprob, @Nullable List<Logprob> top) {}
