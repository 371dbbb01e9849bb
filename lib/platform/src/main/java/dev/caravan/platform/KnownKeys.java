package dev.caravan.platform;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * The {@code caravan.*} keys that this process understands, from its properties records.
 *
 * @param exact in dashed form, such as {@code caravan.token-file}
 * @param open keys under which anything goes: maps, and elements of lists
 */
record KnownKeys(TreeSet<String> exact, TreeSet<String> open) {

    static final String ROOT = "caravan";

    static KnownKeys of(ListableBeanFactory beans) {
        var keys = new KnownKeys(new TreeSet<>(), new TreeSet<>());
        for (String name : beans.getBeanNamesForAnnotation(ConfigurationProperties.class)) {
            ConfigurationProperties section =
                    beans.findAnnotationOnBean(name, ConfigurationProperties.class);
            Class<?> type = beans.getType(name);
            if (section != null && type != null) {
                String prefix = String.valueOf(AnnotationUtils.getValue(section, "prefix"));
                if (prefix.equals(ROOT) || prefix.startsWith(ROOT + ".")) {
                    keys.addRecord(prefix, type);
                }
            }
        }
        return keys;
    }

    private void addRecord(String prefix, Class<?> type) {
        RecordComponent @Nullable [] components = type.getRecordComponents();
        if (components == null) {
            open.add(prefix);
            return;
        }
        for (RecordComponent component : components) {
            String key = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
            if (Map.class.isAssignableFrom(component.getType())) {
                open.add(key);
            } else if (component.getType().isRecord()
                    && component.getType().getPackageName().startsWith("dev.caravan")) {
                addRecord(key, component.getType());
            } else {
                exact.add(key);
                if (Collection.class.isAssignableFrom(component.getType())) {
                    open.add(key);
                }
            }
        }
    }

    /** Whether any key of this process lies under {@code section}. */
    boolean hasSection(String section) {
        String prefix = ROOT + "." + section + ".";
        return exact.stream().anyMatch(key -> key.startsWith(prefix))
                || open.stream().anyMatch(key -> key.startsWith(prefix));
    }

    /** Whether {@code key} is one of them, whatever its capitals and dashes. */
    boolean understands(String key) {
        String uniform = uniform(key);
        return exact.stream().map(KnownKeys::uniform).anyMatch(uniform::equals)
                || open.stream()
                        .map(KnownKeys::uniform)
                        .anyMatch(
                                prefix ->
                                        uniform.equals(prefix)
                                                || uniform.startsWith(prefix + ".")
                                                || uniform.startsWith(prefix + "["));
    }

    private static String uniform(String key) {
        return key.replace("-", "").toLowerCase(Locale.ROOT);
    }
}
