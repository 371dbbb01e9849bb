package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How an engine is started; absent: as the model's own parameters say, else as the agent finds
 * best.
 *
 * @param batch tokens of a prompt computed at once
 * @param gpuLayers layers on a GPU; negative: automatic
 * @param mainGpu the one GPU to use
 * @param threads to compute with; 0: automatic
 * @param mmap whether the file is mapped into memory
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoadOptions(
        @Nullable Integer batch,
        @Nullable Integer gpuLayers,
        @Nullable Integer mainGpu,
        @Nullable Integer threads,
        @Nullable Boolean mmap) {}
