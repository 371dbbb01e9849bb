package dev.caravan.health.api.page;

import dev.caravan.health.app.Judgement;
import dev.caravan.wire.AgentReport;
import java.util.function.Supplier;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The cluster page at {@code /cluster/} and its stream at {@code /cluster/events}. Browsers come
 * through the gateway; on this service's own port the paths need the token as all others do.
 */
public final class PageRoutes {

    /**
     * Nothing from elsewhere is loaded, run or embedded, and nothing in a page's text is code:
     * names of models and hosts are whatever somebody chose.
     */
    static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String INDEX = "index.html";
    private static final String RETRY_SECONDS = "5";

    private final PageFiles files = new PageFiles();
    private final PageStream stream;

    /**
     * @param judgements the newest one, from memory
     * @param timers pace the streams
     */
    public PageRoutes(Supplier<Judgement<AgentReport>> judgements, Scheduler timers) {
        this.stream = new PageStream(new PageFeed(judgements)::newest, timers);
    }

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/cluster/", request -> file(request, INDEX))
                .HEAD("/cluster/", request -> file(request, INDEX))
                .GET("/cluster/events", this::events)
                .HEAD("/cluster/events", request -> streamHead().build())
                .GET("/cluster/{file}", request -> file(request, request.pathVariable("file")))
                .HEAD("/cluster/{file}", request -> file(request, request.pathVariable("file")))
                .build();
    }

    /** Ends all streams; when the service is about to stop. */
    public void close() {
        stream.close();
    }

    /** Browsers that look on now. */
    public int browsers() {
        return stream.browsers();
    }

    private Mono<ServerResponse> file(ServerRequest request, String name) {
        return files.file(name)
                .map(file -> answer(request, file))
                .orElseGet(() -> ServerResponse.notFound().headers(this::secure).build());
    }

    /** Asked for each time, sent where it has changed: a new release must not meet old scripts. */
    private Mono<ServerResponse> answer(ServerRequest request, PageFiles.PageFile file) {
        return request.checkNotModified(file.tag())
                .switchIfEmpty(
                        ServerResponse.ok()
                                .headers(this::secure)
                                .cacheControl(CacheControl.noCache())
                                .eTag(file.tag())
                                .contentType(file.type())
                                .contentLength(file.bytes().length)
                                .bodyValue(file.bytes()));
    }

    private Mono<ServerResponse> events(ServerRequest request) {
        return stream.open(NettyWire.of(request.exchange().getResponse()))
                .map(this::stream)
                .orElseGet(
                        () ->
                                ServerResponse.status(HttpStatus.SERVICE_UNAVAILABLE)
                                        .headers(this::secure)
                                        .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                                        .contentType(MediaType.TEXT_PLAIN)
                                        .bodyValue(
                                                "%d browsers look on already (expected: fewer; close one)"
                                                        .formatted(PageStream.MOST_BROWSERS)));
    }

    private Mono<ServerResponse> stream(Flux<Mono<byte[]>> occasions) {
        return streamHead()
                .body(
                        (response, context) ->
                                response.writeAndFlushWith(
                                        occasions.map(
                                                occasion ->
                                                        occasion.map(
                                                                response.bufferFactory()::wrap))));
    }

    private ServerResponse.BodyBuilder streamHead() {
        return ServerResponse.ok()
                .headers(this::secure)
                .cacheControl(CacheControl.noStore())
                // nginx would gather the events otherwise
                .header("X-Accel-Buffering", "no")
                .contentType(MediaType.TEXT_EVENT_STREAM);
    }

    private void secure(HttpHeaders headers) {
        headers.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
    }
}
