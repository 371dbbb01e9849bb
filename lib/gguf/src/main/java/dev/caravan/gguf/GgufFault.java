package dev.caravan.gguf;

/** What is wrong with a file that was refused. */
public enum GgufFault {
    /** The file has no bytes. */
    EMPTY,
    /** The file does not begin with {@code GGUF}. */
    NOT_GGUF,
    /** The numbers are stored most significant byte first. */
    BIG_ENDIAN,
    /** The version is neither 2 nor 3. */
    UNSUPPORTED_VERSION,
    /** The file ends inside its header, metadata or tensor table. */
    CUT_OFF,
    /** Header, metadata and tensor table together are longer than the limit. */
    HEADER_TOO_LARGE,
    /** More metadata entries or tensors than the limit. */
    BAD_COUNT,
    /** A key or a tensor name is empty, too long, or not UTF-8. */
    BAD_STRING,
    /** A metadata type number that does not exist. */
    BAD_TYPE,
    /** A metadata value of the wrong type or out of its range. */
    BAD_VALUE,
    /** Arrays within arrays, deeper than the limit. */
    NESTED_TOO_DEEP,
    /** One metadata key twice. */
    DUPLICATE_KEY,
    /** One tensor name twice. */
    DUPLICATE_TENSOR,
    /** {@code general.alignment} is not a power of two, or not a u32. */
    BAD_ALIGNMENT,
    /** A tensor type number that does not exist. */
    BAD_TENSOR_TYPE,
    /** Dimensions that are too many, not positive, too large, or no whole blocks. */
    BAD_TENSOR_SHAPE,
    /** A tensor does not begin where the one before it ends. */
    BAD_TENSOR_OFFSET,
    /** The file ends inside a tensor's data. */
    DATA_CUT_OFF,
    /** Metadata without which no engine can load the model. */
    MISSING_KEY,
    /** A tensor without which no engine can load the model. */
    MISSING_TENSOR,
    /** Metadata only, no weights. */
    NO_TENSORS,
    /** One file of several that make up a model. */
    PART_OF_SPLIT
}
