package dev.caravan.worker.adapter.oci;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.transfer.ModelSource;
import dev.caravan.worker.app.transfer.ModelSources;
import dev.caravan.worker.app.transfer.ModelTarget;
import java.net.URI;
import java.time.InstantSource;

/** The registries that models' names say, as far as the operator wants them. */
public final class OciRegistries implements ModelSources.Registries, ModelTarget.Registries {

    private final RegistryProperties properties;
    private final RegistryHttp http;
    private final RegistryLogin login;

    /**
     * @param version of this program
     */
    public OciRegistries(
            RegistryProperties properties,
            SigningKeyFile key,
            String version,
            InstantSource clock) {
        this.properties = properties;
        this.http = new RegistryHttp(version, TrustedAuthorities.of(properties.authorities()));
        this.login = new RegistryLogin(http, key, clock);
    }

    @Override
    public ModelSource of(ModelRef name, boolean insecure) {
        return new OciSource(session(name, insecure), name);
    }

    @Override
    public ModelTarget target(ModelRef name, boolean insecure) {
        return new OciTarget(session(name, insecure), name);
    }

    private RegistrySession session(ModelRef name, boolean insecure) {
        if (!properties.allows(name.host())) {
            throw new CaravanException(
                    FaultCode.FORBIDDEN,
                    "registry \"%s\" is not allowed here (expected: one of %s, caravan.worker.registry.allowed)"
                            .formatted(name.host(), properties.allowed()));
        }
        URI registry = URI.create((insecure ? "http://" : "https://") + name.host() + "/");
        return new RegistrySession(http, login, registry);
    }
}
