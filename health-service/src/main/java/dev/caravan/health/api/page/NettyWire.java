package dev.caravan.health.api.page;

import java.util.concurrent.atomic.AtomicReference;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerResponse;

/** The connection below a response. */
final class NettyWire implements PageStream.Wire {

    private final Connection connection;

    private NettyWire(Connection connection) {
        this.connection = connection;
    }

    static NettyWire of(ServerHttpResponse response) {
        HttpServerResponse netty = ServerHttpResponseDecorator.getNativeResponse(response);
        var found = new AtomicReference<Connection>();
        netty.withConnection(found::set);
        return new NettyWire(found.get());
    }

    /** Netty says no beyond 64 KiB that the socket has not taken. */
    @Override
    public boolean ready() {
        return connection.channel().isWritable();
    }

    @Override
    public void cut() {
        connection.dispose();
    }
}
