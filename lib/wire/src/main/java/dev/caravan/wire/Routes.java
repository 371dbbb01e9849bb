package dev.caravan.wire;

/** Paths of the internal routes; every one needs the cluster token. */
public final class Routes {

    /** Agent: POST {@link RunMessage}, answers NDJSON {@link Frame}s, or a {@link Refusal}. */
    public static final String RUN = "/internal/v1/run";

    /** Agent: GET, an endless NDJSON stream of {@link SlotsLine}s. */
    public static final String SLOTS = "/internal/v1/slots";

    /**
     * Agent: GET {@link AgentReport}; with {@code ?since=SEQUENCE} answers 204 where nothing has
     * changed.
     */
    public static final String REPORT = "/internal/v1/report";

    /** Agent: PUT {@link DesiredEngines}, answers {@link DesiredAnswer}, 409 where it is older. */
    public static final String DESIRED = "/internal/v1/desired";

    /** Agent: POST {@link KeepAliveMessage}; 204, 404 where the replica is not there. */
    public static final String KEEP_ALIVE = "/internal/v1/keep-alive";

    /**
     * Agent: HEAD (200, 404) and POST (201, 200 already there, 400 wrong digest) a blob's bytes;
     * GET them, or a {@code Range} of them.
     */
    public static final String BLOB = "/internal/v1/blobs/{digest}";

    /** Agent: POST {@link CreateMessage}, answers NDJSON {@link ProgressLine}s. */
    public static final String CREATE = "/internal/v1/models/create";

    /** Agent: POST {@link ShowQuery}, answers {@link ShowMessage}. */
    public static final String SHOW = "/internal/v1/models/show";

    /** Agent: POST {@link DeleteMessage}; 204, 404 where the model is not there. */
    public static final String DELETE = "/internal/v1/models/delete";

    /** Agent: POST {@link CopyMessage}; 204, 404 where the source is not there. */
    public static final String COPY = "/internal/v1/models/copy";

    /** Agent: POST {@link TransferMessage}, answers NDJSON {@link ProgressLine}s. */
    public static final String PULL = "/internal/v1/models/pull";

    /** Agent: POST {@link TransferMessage}, answers NDJSON {@link ProgressLine}s. */
    public static final String PUSH = "/internal/v1/models/push";

    /** Agent: POST {@link FetchMessage}, answers NDJSON {@link ProgressLine}s. */
    public static final String FETCH = "/internal/v1/models/fetch";

    /** Agent: GET the bytes of the manifest of that SHA-256, 64 hex digits; 404. */
    public static final String MANIFEST = "/internal/v1/manifests/{digest}";

    /** Agent: PUT {@link PolicyChange}; 204, 404 where the model is not there, 409 where older. */
    public static final String MODEL_POLICY = "/internal/v1/models/policy";

    /**
     * Agent: GET with {@code Upgrade: caravan-rpc}; 101, and from then on the bytes of the RPC
     * server of that member. 404 where it is not lent here, 409 where it is taken.
     */
    public static final String RPC_LINK = "/internal/v1/rpc-links/{memberId}";

    /** Scheduler, health, registry: POST {@link AgentEvent}; 204. */
    public static final String EVENTS = "/internal/v1/events";

    /** Scheduler: POST {@link LoadMessage}, answers {@link LoadAnswer}; waits up to its wait. */
    public static final String LOADS = "/internal/v1/loads";

    /** Scheduler: POST {@link UnloadMessage}; 204, also where nothing was loaded. */
    public static final String UNLOADS = "/internal/v1/unloads";

    /**
     * Scheduler: GET {@code ?model=NAME}, answers {@link PlanMessage}; optional: {@code digest},
     * {@code contextLength}, {@code distributed}, {@code ranges=HOST=0-11,HOST2=12-31}.
     */
    public static final String PLAN = "/internal/v1/plan";

    /** Scheduler: GET {@code ?model=NAME} and PUT {@link PolicyChange}; {@link PolicyMessage}. */
    public static final String POLICY = "/internal/v1/policy";

    /** Registry: GET {@link CatalogueMessage}. */
    public static final String CATALOGUE = "/internal/v1/catalogue";

    /** Health: GET {@link NodesMessage}. */
    public static final String NODES = "/internal/v1/nodes";

    /** Health: POST {@link SightingMessage}; 204, also where nothing is made of it. */
    public static final String SIGHTINGS = "/internal/v1/sightings";

    /** Header of every agent answer to {@link #RUN}: {@code busy/total;waiting=N;work=SECONDS}. */
    public static final String LOAD_HEADER = "X-Caravan-Load";

    /** Header that carries the request id through all services. */
    public static final String REQUEST_ID_HEADER = "X-Request-Id";

    private Routes() {}
}
