package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import java.util.Locale;
import java.util.Optional;

/**
 * A model as a request names it: what follows the last colon may say where it is to run, {@code
 * local} or {@code cloud}, and is then no part of its name.
 *
 * @param base the name without that
 * @param cloud whether it is to be had from ollama.com only
 */
record SentModel(String base, boolean cloud) {

    private static final String CLOUD = "cloud";
    private static final String LOCAL = "local";
    private static final String CLOUD_TAG = "-cloud";

    /** Reads what is not blank. */
    static SentModel of(String sent) {
        String name = sent.strip();
        SentModel model = without(name).orElse(new SentModel(name, false));
        if (!model.base().equals(name) && without(model.base()).isPresent()) {
            throw Refusals.invalid("use either :local or :cloud, not both: " + GoText.quoted(name));
        }
        return model;
    }

    private static Optional<SentModel> without(String name) {
        int colon = name.lastIndexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String last = name.substring(colon + 1).strip();
        String suffix = last.toLowerCase(Locale.ROOT);
        if (suffix.equals(CLOUD) || suffix.equals(LOCAL)) {
            return Optional.of(new SentModel(name.substring(0, colon), suffix.equals(CLOUD)));
        }
        if (suffix.endsWith(CLOUD_TAG) && !suffix.contains("/")) {
            String tag = last.substring(0, last.length() - CLOUD_TAG.length());
            return Optional.of(new SentModel(name.substring(0, colon + 1) + tag, true));
        }
        return Optional.empty();
    }

    /** The name; empty where it breaks the rules. */
    Optional<ModelRef> name() {
        return base.equals(base.strip()) ? ModelRef.parse(base) : Optional.empty();
    }

    /** The name under which a store has it: that of the cloud's own stubs, too. */
    Optional<ModelRef> stored() {
        if (!cloud) {
            return name();
        }
        boolean tagged = base.lastIndexOf(':') > base.lastIndexOf('/');
        return ModelRef.parse(base + (tagged ? CLOUD_TAG : ":" + CLOUD));
    }

    /**
     * The name of a model of this cluster.
     *
     * @param what of the cloud is not to be had, as in "remote model is"
     */
    ModelRef here(String what) {
        ModelRef name = name().orElseThrow(() -> Refusals.invalid("invalid model name"));
        if (cloud) {
            throw new CaravanException(
                    FaultCode.FORBIDDEN, "ollama cloud is disabled: " + what + " unavailable");
        }
        return name;
    }
}
