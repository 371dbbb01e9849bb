package dev.caravan.worker.adapter.link;

import dev.caravan.wire.Routes;
import dev.caravan.worker.app.engine.MemberId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What both ends of a link agree on. */
final class LinkWire {

    static final String PROTOCOL = "caravan-rpc";

    /** The id of the agent that asks. */
    static final String AGENT_HEADER = "X-Caravan-Agent";

    static final String LOOPBACK = "127.0.0.1";

    static final int CONNECT_TIMEOUT_MILLIS = 2000;

    static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(256 << 10, 1 << 20);

    private static final String PREFIX = Routes.RPC_LINK.replace("{memberId}", "");

    /** Seconds of silence after which a link is asked whether its other end is there. */
    private static final int SECONDS_IDLE = 3;

    private static final int SECONDS_BETWEEN = 1;
    private static final int ASKED = 4;

    private LinkWire() {}

    static String path(MemberId member) {
        return PREFIX + member;
    }

    static boolean isLinkPath(String uri) {
        return uri.startsWith(PREFIX);
    }

    /**
     * @throws IllegalArgumentException where it names none
     */
    static MemberId member(String uri) {
        return new MemberId(uri.substring(PREFIX.length()));
    }

    /**
     * The settings of every socket that carries a link. With Nagle's algorithm a token takes ten
     * times as long; buffers are left to the system, since small ones make a load a hundred times
     * as long.
     */
    static void tune(Channel channel) {
        channel.config().setAutoRead(false);
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS);
        // Another transport does not know them and says so; its links live on the system's times.
        var _ = channel.config().setOption(EpollChannelOption.TCP_KEEPIDLE, SECONDS_IDLE);
        var _ = channel.config().setOption(EpollChannelOption.TCP_KEEPINTVL, SECONDS_BETWEEN);
        var _ = channel.config().setOption(EpollChannelOption.TCP_KEEPCNT, ASKED);
    }

    /**
     * From here on each of two channels carries what the other receives, and nothing else handles
     * either. Both have to be on one event loop.
     */
    static void join(Channel one, Channel other) {
        join(one, other, () -> {});
    }

    /**
     * @param carried told of each piece
     */
    static void join(Channel one, Channel other, Runnable carried) {
        tune(one);
        tune(other);
        strip(one, new Pump(other, carried));
        strip(other, new Pump(one, carried));
        one.read();
        other.read();
    }

    /** Its end is told by the channel itself, to whoever asked. */
    static void close(@Nullable Channel channel) {
        if (channel != null) {
            var _ = channel.close();
        }
    }

    private static void strip(Channel channel, Pump pump) {
        // First, so that bytes which a handler gives back as it leaves arrive.
        channel.pipeline().addLast(pump);
        List<Map.Entry<String, ChannelHandler>> handlers =
                List.copyOf(channel.pipeline().toMap().entrySet());
        for (Map.Entry<String, ChannelHandler> handler : handlers) {
            if (handler.getValue() != pump && !(handler.getValue() instanceof SslHandler)) {
                channel.pipeline().remove(handler.getKey());
            }
        }
    }
}
