package dev.caravan.worker.adapter.link;

import dev.caravan.worker.app.group.LinkRefused;
import dev.caravan.worker.app.group.RpcLink;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.resources.LoopResources;
import reactor.util.retry.Retry;

/**
 * The port that stands for an RPC server on another agent. All of it happens on one event loop.
 * Which end of a carried connection ends first tells the two cases apart: the engine's end is an
 * engine that connects anew or is gone, the other is a member that is lost.
 */
final class LinkPort implements RpcLink {

    private static final int BACKLOG = 2;

    /** The member's agent may hear of the end of a connection after the wish for the next. */
    private static final Retry SOON_FREE =
            Retry.fixedDelay(100, Duration.ofMillis(20))
                    .filter(failure -> failure instanceof LinkRefused refused && refused.mayCome())
                    .onRetryExhaustedThrow((_, signal) -> signal.failure());

    private final EventLoop loop;
    private final Mono<Channel> tunnels;
    private final Disposable watch;
    private final Sinks.One<String> lost = Sinks.one();
    private @Nullable Channel listener;

    /** A connection to the member that no engine has yet. */
    private @Nullable Channel spare;

    private @Nullable Channel engine;

    /** What carries the engine's connection. */
    private @Nullable Channel current;

    /** The engine's next connection, where the end of the one before is not known yet. */
    private @Nullable Channel waiting;

    private boolean closed;
    private volatile int port;

    /**
     * @param loop of all its channels
     * @param first a connection to the member, on that loop
     * @param tunnels further ones, on that loop
     * @param silence completes with a reason when the member's agent is not there any more
     */
    LinkPort(EventLoop loop, Channel first, Mono<Channel> tunnels, Mono<String> silence) {
        this.loop = loop;
        this.spare = first;
        this.tunnels = tunnels;
        this.watch =
                silence.subscribe(why -> loop.execute(() -> lose(new IllegalStateException(why))));
        var _ = first.closeFuture().addListener(_ -> ended(first));
        first.pipeline().addLast(new Idle());
        first.read();
    }

    /** Completes with the link when its port listens. */
    static Mono<RpcLink> open(LinkPort link, LoopResources loops, EventLoopGroup group) {
        return Mono.create(
                sink -> {
                    sink.onCancel(link::close);
                    ChannelFuture binding =
                            new ServerBootstrap()
                                    .group(link.loop, link.loop)
                                    .channelFactory(
                                            () -> loops.onChannel(ServerSocketChannel.class, group))
                                    .option(ChannelOption.SO_BACKLOG, BACKLOG)
                                    .childOption(ChannelOption.AUTO_READ, false)
                                    .childHandler(link.acceptor())
                                    .bind(LinkWire.LOOPBACK, 0);
                    var _ =
                            binding.addListener(
                                    _ -> {
                                        if (binding.isSuccess()) {
                                            link.listens(binding.channel());
                                            sink.success(link);
                                        } else {
                                            link.close();
                                            sink.error(
                                                    new LinkRefused(
                                                            "no port for the link: "
                                                                    + binding.cause(),
                                                            true));
                                        }
                                    });
                });
    }

    /** An RPC server says nothing before it is asked; reading shows when the connection ends. */
    private static final class Idle extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
            LinkWire.close(context.channel());
        }
    }

    private void listens(Channel bound) {
        listener = bound;
        port = ((InetSocketAddress) bound.localAddress()).getPort();
        if (closed) {
            LinkWire.close(bound);
        }
    }

    private ChannelInitializer<Channel> acceptor() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel accepted) {
                // When it is set up, since it is stripped of its handlers then.
                loop.execute(() -> accept(accepted));
            }
        };
    }

    private void accept(Channel accepted) {
        if (closed || waiting != null) {
            LinkWire.close(accepted);
        } else if (engine != null) {
            waiting = accepted;
        } else {
            serve(accepted);
        }
    }

    private void serve(Channel accepted) {
        engine = accepted;
        var _ = accepted.closeFuture().addListener(_ -> left(accepted));
        Channel ready = spare;
        spare = null;
        if (ready != null) {
            carry(accepted, ready);
        } else {
            tunnels.retryWhen(SOON_FREE)
                    .subscribe(
                            tunnel -> loop.execute(() -> carry(accepted, tunnel)),
                            failure -> loop.execute(() -> lose(failure)));
        }
    }

    private void carry(Channel accepted, Channel tunnel) {
        if (closed || !accepted.isActive()) {
            LinkWire.close(tunnel);
            return;
        }
        var _ = tunnel.closeFuture().addListener(_ -> ended(tunnel));
        current = tunnel;
        LinkWire.join(accepted, tunnel);
    }

    /** The engine's end of a connection is closed. */
    private void left(Channel accepted) {
        if (engine == accepted) {
            engine = null;
            Channel tunnel = current;
            current = null;
            if (tunnel != null) {
                LinkWire.close(tunnel);
            }
            Channel next = waiting;
            waiting = null;
            if (next != null && !closed) {
                serve(next);
            }
        }
    }

    /** The member's end of a connection is closed; ours are forgotten before they are closed. */
    private void ended(Channel tunnel) {
        if (!closed && (tunnel == current || tunnel == spare)) {
            lose(new IllegalStateException("the link was closed by its other end"));
        }
    }

    private void lose(Throwable why) {
        if (!closed) {
            lost.tryEmitValue(String.valueOf(why.getMessage()));
            closeAll();
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Mono<String> lost() {
        return lost.asMono();
    }

    @Override
    public void close() {
        loop.execute(this::closeAll);
    }

    private void closeAll() {
        closed = true;
        watch.dispose();
        LinkWire.close(listener);
        LinkWire.close(spare);
        LinkWire.close(current);
        LinkWire.close(engine);
        LinkWire.close(waiting);
    }
}
