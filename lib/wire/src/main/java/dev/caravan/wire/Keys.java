package dev.caravan.wire;

/** Names in Redis. Everything under them can be derived again from the agents. */
public final class Keys {

    /** JSON {@link AgentRecord}, expiring; written by the health service. */
    public static final String AGENT = "caravan:v1:agent:";

    /** Set of agent ids; written by the health service. */
    public static final String AGENTS = "caravan:v1:agents";

    /** Channel: an agent's id when its record changed. */
    public static final String AGENT_CHANNEL = "caravan:v1:agents:changed";

    /** JSON {@link ClusterViewMessage}; written by the scheduler's leader. */
    public static final String VIEW = "caravan:v1:view";

    /** Channel: the whole view's JSON whenever it changes. */
    public static final String VIEW_CHANNEL = "caravan:v1:view:changed";

    /** JSON {@link DesiredEngines}; written by the scheduler's leader. */
    public static final String DESIRED = "caravan:v1:desired:";

    /** JSON {@link CatalogueMessage.Model}; written by the registry's leader. */
    public static final String CATALOGUE = "caravan:v1:catalogue:";

    /** Set of the digests in the catalogue; written by the registry's leader. */
    public static final String CATALOGUE_DIGESTS = "caravan:v1:catalogue:digests";

    /** JSON {@link PolicyMessage} by a model's name; a cache, written by the scheduler's leader. */
    public static final String POLICY = "caravan:v1:policy:";

    /** JSON {@link LeftOutMessage}, expiring; written by the scheduler's leader. */
    public static final String LEFT_OUT = "caravan:v1:left-out";

    /** The holder of a role's lease; see the platform's leadership. */
    public static final String LEASE = "caravan:v1:lease:";

    private Keys() {}
}
