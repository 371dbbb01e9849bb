package dev.caravan.worker.adapter.link;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.platform.ClusterToken;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.group.LinkAnswer;
import dev.caravan.worker.app.group.LinkClaim;
import io.netty.channel.Channel;
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

    private final BiFunction<MemberId, AgentId, LinkAnswer> desk;
    private final ClusterToken token;
    private final Set<Channel> links = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

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
        caller.closeFuture()
                .addListener(
                        _ -> {
                            links.remove(caller);
                            member.close();
                            claim.release();
                        });
        member.closeFuture().addListener(_ -> caller.close());
        claim.over().subscribe(_ -> caller.close());
        LinkWire.join(caller, member);
        if (closed) {
            caller.close();
        }
    }

    /** Ends all links. */
    @Override
    public void close() {
        closed = true;
        List.copyOf(links).forEach(Channel::close);
    }
}
