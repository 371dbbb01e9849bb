package dev.caravan.worker.adapter.store;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.caravan.worker.app.transfer.PartialBlobs.Part;

/** How far a part of a blob is, as Ollama writes it beside a partial file. */
@JsonPropertyOrder({"N", "Offset", "Size", "Completed"})
record PartRecord(
        @JsonProperty("N") int number,
        @JsonProperty("Offset") long offset,
        @JsonProperty("Size") long size,
        @JsonProperty("Completed") long completed) {

    Part part() {
        return new Part(number, offset, size);
    }

    /** Whether it could be one of a blob of that size. */
    boolean fits(long blobSize) {
        return offset >= 0
                && size > 0
                && completed >= 0
                && completed <= size
                && offset <= blobSize - size;
    }
}
