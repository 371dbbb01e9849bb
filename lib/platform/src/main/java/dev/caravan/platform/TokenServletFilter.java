package dev.caravan.platform;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets only calls with the token through, before anything else looks at them. */
final class TokenServletFilter extends OncePerRequestFilter {

    private final ClusterToken token;
    private final TokenScope scope;

    TokenServletFilter(ClusterToken token, TokenScope scope) {
        this.token = token;
        this.scope = scope;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (!scope.guards(PathContainer.parsePath(request.getRequestURI()))
                || token.accepts(header)) {
            chain.doFilter(request, response);
            return;
        }
        response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, TokenRefusal.CHALLENGE);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream().write(TokenRefusal.body(header));
    }
}
