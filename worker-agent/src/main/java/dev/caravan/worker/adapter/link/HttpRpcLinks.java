package dev.caravan.worker.adapter.link;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.platform.ClusterToken;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.Stage;
import dev.caravan.worker.app.group.LinkRefused;
import dev.caravan.worker.app.group.RpcLink;
import dev.caravan.worker.app.group.RpcLinks;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/**
 * The head's side. An engine connects to an RPC server several times while it starts, one time
 * after the other, and keeps the last connection: so a link is a port on loopback, and each
 * connection to it is carried over a connection of its own to the member's agent, one at a time.
 * The first of these is made when the link is opened, which proves that the member is there.
 */
public final class HttpRpcLinks implements RpcLinks, AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration PING_EVERY = Duration.ofSeconds(1);
    private static final Duration PING_PATIENCE = Duration.ofSeconds(3);

    /** One is enough for a dozen links at token rates; the second is for loads beside them. */
    private static final int EVENT_LOOPS = 2;

    private final ClusterToken token;
    private final AgentId self;
    private final LoopResources loops = LoopResources.create("rpc-links", EVENT_LOOPS, true);
    private final EventLoopGroup group = loops.onClient(true);
    private final Pings pings;

    /**
     * @param self told to the other agents
     */
    public HttpRpcLinks(ClusterToken token, AgentId self) {
        this(token, self, new Pings(PING_EVERY, PING_PATIENCE));
    }

    HttpRpcLinks(ClusterToken token, AgentId self, Pings pings) {
        this.token = token;
        this.self = self;
        this.pings = pings;
    }

    @Override
    public Mono<RpcLink> open(Stage stage) {
        MemberId member = stage.member().orElseThrow();
        return resolved(stage.address())
                .flatMap(
                        address -> {
                            EventLoop loop = group.next();
                            Mono<Channel> tunnel = tunnel(loop, address, member);
                            return tunnel.flatMap(
                                    first ->
                                            LinkPort.open(
                                                    new LinkPort(
                                                            loop,
                                                            first,
                                                            tunnel,
                                                            pings.silence(address)),
                                                    loops,
                                                    group));
                        });
    }

    /** Off the event loops: a name may have to be looked up. */
    private static Mono<InetSocketAddress> resolved(String address) {
        return Mono.fromCallable(
                        () -> {
                            URI uri = URI.create(address);
                            if (uri.getHost() == null || uri.getPort() < 0) {
                                throw new LinkRefused(
                                        "address \"%s\" (expected: http://host:port)"
                                                .formatted(address),
                                        false);
                            }
                            return new InetSocketAddress(uri.getHost(), uri.getPort());
                        })
                .onErrorMap(
                        IllegalArgumentException.class,
                        invalid -> new LinkRefused(String.valueOf(invalid.getMessage()), false))
                .filter(found -> !found.isUnresolved())
                .switchIfEmpty(
                        Mono.error(
                                () ->
                                        new LinkRefused(
                                                "address %s: its host is not known"
                                                        .formatted(address),
                                                true)))
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** A connection that is one to the RPC server, nothing read or handled on it yet. */
    private Mono<Channel> tunnel(EventLoop loop, InetSocketAddress address, MemberId member) {
        return Mono.<Channel>create(
                        sink -> {
                            UpgradeCall call = new UpgradeCall(request(address, member), sink);
                            ChannelFuture connecting =
                                    new Bootstrap()
                                            .group(loop)
                                            .channelFactory(
                                                    () ->
                                                            loops.onChannel(
                                                                    SocketChannel.class, group))
                                            .option(
                                                    ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                                    LinkWire.CONNECT_TIMEOUT_MILLIS)
                                            .handler(initializer(call))
                                            .connect(address);
                            sink.onCancel(() -> LinkWire.close(connecting.channel()));
                            var _ =
                                    connecting.addListener(
                                            _ -> {
                                                if (!connecting.isSuccess()) {
                                                    sink.error(
                                                            new LinkRefused(
                                                                    String.valueOf(
                                                                            connecting
                                                                                    .cause()
                                                                                    .getMessage()),
                                                                    true));
                                                }
                                            });
                        })
                .doOnDiscard(Channel.class, LinkWire::close)
                .timeout(
                        PATIENCE,
                        Mono.error(
                                () ->
                                        new LinkRefused(
                                                "%s did not answer within %s"
                                                        .formatted(address, PATIENCE),
                                                true)));
    }

    private static ChannelInitializer<Channel> initializer(UpgradeCall call) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                LinkWire.tune(channel);
                channel.pipeline().addLast(new HttpClientCodec()).addLast(call);
            }
        };
    }

    private FullHttpRequest request(InetSocketAddress address, MemberId member) {
        FullHttpRequest request =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.GET,
                        LinkWire.path(member),
                        Unpooled.EMPTY_BUFFER);
        request.headers()
                .set(HttpHeaderNames.HOST, address.getHostString() + ":" + address.getPort())
                .set(HttpHeaderNames.UPGRADE, LinkWire.PROTOCOL)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.AUTHORIZATION, token.authorization())
                .set(LinkWire.AGENT_HEADER, self.value());
        return request;
    }

    @Override
    public void close() {
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).subscribe();
    }
}
