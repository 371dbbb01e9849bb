package dev.caravan.worker.adapter.link;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.platform.ClusterToken;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.group.LinkAnswer;
import dev.caravan.worker.app.group.LinkClaim;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollChannelOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/**
 * The member's side: takes links on the agent's own port, beside its ordinary routes. Once a link
 * is up the web server knows nothing of its connection, so its end is ours.
 */
public final class LinkServer implements AutoCloseable {

    /**
     * A head's agent that has vanished frees the member after that; the head is at work or idle.
     */
    private static final int GONE_MILLIS = 20_000;

    /** A head that computes says something to each member for each token. */
    private static final Duration RECENT = Duration.ofSeconds(1);

    private final BiFunction<MemberId, AgentId, LinkAnswer> desk;
    private final ClusterToken token;
    private final Set<Channel> links = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile long carriedAt = System.nanoTime() - RECENT.toNanos();

    /**
     * @param desk says which agent may have which member now; never blocks
     */
    public LinkServer(BiFunction<MemberId, AgentId, LinkAnswer> desk, ClusterToken token) {
        this.desk = desk;
        this.token = token;
    }

    public HttpServer on(HttpServer server) {
        return server.doOnChannelInit(
                (_, channel, _) ->
                        channel.pipeline()
                                .addAfter(
                                        NettyPipeline.HttpCodec,
                                        "rpc-links",
                                        new LinkRequests(this, desk, token)));
    }

    /** A link is up; the claim is given back with its end. */
    void carry(Channel caller, Channel member, LinkClaim claim) {
        links.add(caller);
        var _ =
                caller.closeFuture()
                        .addListener(
                                _ -> {
                                    links.remove(caller);
                                    LinkWire.close(member);
                                    claim.release();
                                });
        var _ = member.closeFuture().addListener(_ -> LinkWire.close(caller));
        claim.over().subscribe(_ -> LinkWire.close(caller));
        LinkWire.join(caller, member, () -> carriedAt = System.nanoTime());
        var _ = caller.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, GONE_MILLIS);
        if (closed) {
            LinkWire.close(caller);
        }
    }

    /** Whether a head computes on a member here: links of idle heads carry nothing. */
    public boolean isBusy() {
        return !links.isEmpty() && System.nanoTime() - carriedAt < RECENT.toNanos();
    }

    /** Ends all links. */
    @Override
    public void close() {
        closed = true;
        List.copyOf(links).forEach(LinkWire::close);
    }
}
