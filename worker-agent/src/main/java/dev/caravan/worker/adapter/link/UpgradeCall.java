package dev.caravan.worker.adapter.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.wire.Refusal;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.group.LinkRefused;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;
import tools.jackson.core.JacksonException;

/** Asks for a link on one connection and gives the connection away when it is one. */
final class UpgradeCall extends ChannelInboundHandlerAdapter {

    private static final int MOST_TEXT = 16 << 10;

    /** The member may be on its way, or its last link may be about to end. */
    private static final Set<HttpResponseStatus> MAY_COME =
            Set.of(
                    HttpResponseStatus.NOT_FOUND,
                    HttpResponseStatus.CONFLICT,
                    HttpResponseStatus.BAD_GATEWAY,
                    HttpResponseStatus.SERVICE_UNAVAILABLE);

    private final FullHttpRequest request;
    private final MonoSink<Channel> sink;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private @Nullable HttpResponseStatus status;

    UpgradeCall(FullHttpRequest request, MonoSink<Channel> sink) {
        this.request = request;
        this.sink = sink;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var _ = context.writeAndFlush(request);
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof HttpResponse response) {
                status = response.status();
            }
            if (message instanceof HttpContent content) {
                keep(content.content());
            }
            if (message instanceof LastHttpContent) {
                answered(context);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void keep(ByteBuf bytes) {
        if (text.size() < MOST_TEXT) {
            text.writeBytes(ByteBufUtil.getBytes(bytes));
        }
    }

    private void answered(ChannelHandlerContext context) {
        HttpResponseStatus answer = status;
        if (answer == null || answer.code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            sink.error(refusal(answer));
            LinkWire.close(context.channel());
            return;
        }
        // Not while the codec is still at work.
        context.executor()
                .execute(
                        () -> {
                            Channel channel = context.channel();
                            channel.pipeline().remove(HttpClientCodec.class);
                            channel.pipeline().remove(this);
                            sink.success(channel);
                        });
    }

    private LinkRefused refusal(@Nullable HttpResponseStatus answer) {
        String said = text.toString(UTF_8);
        try {
            said = WireJson.mapper().readValue(said, Refusal.class).error();
        } catch (JacksonException other) {
            // Not one of ours; its text has to do.
            said = said.strip();
        }
        return new LinkRefused(
                "link refused with %s: %s".formatted(answer, said),
                answer != null && MAY_COME.contains(answer));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        sink.error(new LinkRefused("the connection ended before there was a link", true));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        sink.error(new LinkRefused(String.valueOf(cause.getMessage()), true));
        LinkWire.close(context.channel());
    }
}
