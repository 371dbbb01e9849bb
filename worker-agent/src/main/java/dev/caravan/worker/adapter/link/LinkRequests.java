package dev.caravan.worker.adapter.link;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.platform.ClusterToken;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.group.LinkAnswer;
import dev.caravan.worker.app.group.LinkClaim;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.function.BiFunction;

/** Looks at each request of one connection and takes the one that asks for a link. */
final class LinkRequests extends ChannelInboundHandlerAdapter {

    private final LinkServer server;
    private final BiFunction<MemberId, AgentId, LinkAnswer> desk;
    private final ClusterToken token;
    private boolean taken;

    LinkRequests(
            LinkServer server, BiFunction<MemberId, AgentId, LinkAnswer> desk, ClusterToken token) {
        this.server = server;
        this.desk = desk;
        this.token = token;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!taken && message instanceof HttpRequest request && asksForALink(request)) {
            taken = true;
            context.channel().config().setAutoRead(false);
            try {
                answer(context, request);
            } catch (IllegalArgumentException invalid) {
                refuse(context, HttpResponseStatus.BAD_REQUEST, "INVALID_REQUEST", text(invalid));
            }
        }
        if (taken) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    private static boolean asksForALink(HttpRequest request) {
        return request.method().equals(HttpMethod.GET)
                && LinkWire.isLinkPath(request.uri())
                && request.headers().contains(HttpHeaderNames.UPGRADE, LinkWire.PROTOCOL, true);
    }

    private void answer(ChannelHandlerContext context, HttpRequest request) {
        if (!token.accepts(request.headers().get(HttpHeaderNames.AUTHORIZATION))) {
            refuse(
                    context,
                    HttpResponseStatus.UNAUTHORIZED,
                    "FORBIDDEN",
                    "authorization: missing or wrong (expected: Bearer and the cluster's token)");
            return;
        }
        String caller = request.headers().get(LinkWire.AGENT_HEADER);
        if (caller == null) {
            throw new IllegalArgumentException(
                    LinkWire.AGENT_HEADER + ": absent (expected: the id of the calling agent)");
        }
        switch (desk.apply(LinkWire.member(request.uri()), new AgentId(caller))) {
            case LinkAnswer.Granted(LinkClaim claim) -> connect(context, claim);
            case LinkAnswer.Absent(String why) ->
                    refuse(context, HttpResponseStatus.NOT_FOUND, "UPSTREAM_FAILED", why);
            case LinkAnswer.Ended(String why) ->
                    refuse(context, HttpResponseStatus.GONE, "UPSTREAM_FAILED", why);
            case LinkAnswer.Forbidden(String why) ->
                    refuse(context, HttpResponseStatus.FORBIDDEN, "FORBIDDEN", why);
            case LinkAnswer.Taken(String why) ->
                    refuse(context, HttpResponseStatus.CONFLICT, "BUSY", why);
            case LinkAnswer.NotReady(String why) ->
                    refuse(context, HttpResponseStatus.BAD_GATEWAY, "UPSTREAM_FAILED", why);
        }
    }

    private void connect(ChannelHandlerContext context, LinkClaim claim) {
        Channel caller = context.channel();
        ChannelFuture connecting =
                new Bootstrap()
                        .group(caller.eventLoop())
                        // The same transport, since one event loop serves one kind.
                        .channel(caller.getClass())
                        .option(ChannelOption.AUTO_READ, false)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                LinkWire.CONNECT_TIMEOUT_MILLIS)
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(LinkWire.LOOPBACK, claim.port());
        var _ =
                connecting.addListener(
                        _ -> {
                            if (connecting.isSuccess()) {
                                switchOver(context, connecting.channel(), claim);
                            } else {
                                claim.release();
                                refuse(
                                        context,
                                        HttpResponseStatus.BAD_GATEWAY,
                                        "UPSTREAM_FAILED",
                                        "RPC server on port %d: %s (expected: one that listens)"
                                                .formatted(claim.port(), text(connecting.cause())));
                            }
                        });
    }

    private void switchOver(ChannelHandlerContext context, Channel member, LinkClaim claim) {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, LinkWire.PROTOCOL)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        var _ =
                context.writeAndFlush(response)
                        .addListener(
                                written -> {
                                    if (written.isSuccess()) {
                                        server.carry(context.channel(), member, claim);
                                    } else {
                                        claim.release();
                                        LinkWire.close(member);
                                        LinkWire.close(context.channel());
                                    }
                                });
    }

    private static void refuse(
            ChannelHandlerContext context, HttpResponseStatus status, String code, String why) {
        byte[] body = WireJson.mapper().writeValueAsBytes(Refusal.of(code, why));
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    private static String text(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }
}
