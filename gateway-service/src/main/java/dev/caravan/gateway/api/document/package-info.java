/** The OpenAPI document of all public routes. Start at {@link OpenApiDocument}. */
@NullMarked
package dev.caravan.gateway.api.document;

import org.jspecify.annotations.NullMarked;
