package dev.caravan.platform;

import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Refuses settings that nobody reads. Files, arguments and system properties are held to the exact
 * key. Variables of the environment lose dots and dashes, and some are for the command line tool,
 * so they are compared by their letters and refused in this service's own section or when they are
 * a slip of the pen away from a key. Sections of other services are not this one's business.
 */
final class UnknownKeys {

    private static final Set<String> SECTIONS =
            Set.of("gateway", "registry-service", "scheduler", "health", "worker", "cli", "test");

    private static final String VARIABLE_PREFIX = "CARAVAN_";

    /** One letter in five may be wrong in what is still taken for a slip. */
    private static final int LETTERS_PER_SLIP = 5;

    private final KnownKeys known;

    UnknownKeys(KnownKeys known) {
        this.known = known;
    }

    /**
     * @throws ConfigurationFault naming the first unknown key and the nearest known one
     */
    void check(ConfigurableEnvironment environment) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (!(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource)
                    && source instanceof IterableConfigurationPropertySource keys) {
                keys.stream().forEach(this::checkKey);
            }
        }
        if (environment
                        .getPropertySources()
                        .get(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)
                instanceof SystemEnvironmentPropertySource variables) {
            variables.getSource().keySet().forEach(this::checkVariable);
        }
    }

    private void checkKey(ConfigurationPropertyName name) {
        if (name.isEmpty() || !name.getElement(0, Form.DASHED).equals(KnownKeys.ROOT)) {
            return;
        }
        String key = dashed(name);
        if (!known.understands(key) && !belongsToAnother(key)) {
            throw unknown(key, nearest(key));
        }
    }

    private static String dashed(ConfigurationPropertyName name) {
        var key = new StringBuilder();
        for (int i = 0; i < name.getNumberOfElements(); i++) {
            String element = name.getElement(i, Form.DASHED);
            if (name.isNumericIndex(i)) {
                key.append('[').append(element).append(']');
            } else {
                key.append(i == 0 ? "" : ".").append(element);
            }
        }
        return key.toString();
    }

    private boolean belongsToAnother(String key) {
        return SECTIONS.stream()
                .filter(section -> !known.hasSection(section))
                .anyMatch(section -> key.startsWith(KnownKeys.ROOT + "." + section + "."));
    }

    private void checkVariable(String variable) {
        String letters = letters(variable);
        if (!variable.startsWith(VARIABLE_PREFIX) || understood(letters)) {
            return;
        }
        String nearest = nearest(variable);
        int slips = EditDistance.between(letters(nearest), letters);
        int bearable = (letters(nearest).length() - KnownKeys.ROOT.length()) / LETTERS_PER_SLIP;
        if (slips <= bearable || inOwnSection(letters)) {
            String form = nearest.replace('-', '_').replace('.', '_').toUpperCase(Locale.ROOT);
            throw unknown(variable, form);
        }
    }

    private boolean understood(String letters) {
        return known.exact().stream().anyMatch(key -> letters(key).equals(letters))
                || known.open().stream().anyMatch(key -> letters.startsWith(letters(key)));
    }

    private boolean inOwnSection(String letters) {
        return SECTIONS.stream()
                .filter(known::hasSection)
                .anyMatch(section -> letters.startsWith(KnownKeys.ROOT + letters(section)));
    }

    private String nearest(String key) {
        String letters = letters(key);
        return Stream.concat(known.exact().stream(), known.open().stream())
                .min(Comparator.comparingInt(near -> EditDistance.between(letters(near), letters)))
                .orElse(KnownKeys.ROOT);
    }

    private static String letters(String key) {
        return key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private static ConfigurationFault unknown(String key, String nearest) {
        return new ConfigurationFault(
                "%s: unknown setting (expected: %s, or leave it out)".formatted(key, nearest));
    }
}
