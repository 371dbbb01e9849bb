package dev.caravan.worker.adapter.link;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Hands what one channel receives to another, no faster than that takes it, and ends the other when
 * this one ends. What is under way then is lost, which both ends have to bear anyway.
 */
final class Pump extends ChannelInboundHandlerAdapter {

    private final Channel other;
    private final Runnable carried;

    /**
     * @param carried told of each piece
     */
    Pump(Channel other, Runnable carried) {
        this.other = other;
        this.carried = carried;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var _ = other.write(message, other.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        carried.run();
        other.flush();
        if (other.isWritable()) {
            context.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            other.read();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        LinkWire.close(other);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LinkWire.close(context.channel());
    }
}
