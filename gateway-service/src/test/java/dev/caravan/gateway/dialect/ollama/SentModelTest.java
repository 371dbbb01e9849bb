package dev.caravan.gateway.dialect.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.model.ModelRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentModelTest {

    @ParameterizedTest
    @CsvSource({
        "m, m:latest, false, m:latest",
        "' m:7b ', m:7b, false, m:7b",
        "m:local, m:latest, false, m:latest",
        "m:7b:LOCAL, m:7b, false, m:7b",
        "m:cloud, m:latest, true, m:cloud",
        "m:7b:Cloud, m:7b, true, m:7b-cloud",
        "m:7b-cloud, m:7b, true, m:7b-cloud",
        "h:5000/n/m-cloud, h:5000/n/m-cloud:latest, false, h:5000/n/m-cloud:latest",
    })
    void readsWhereAModelIsToRun(String sent, String name, boolean cloud, String stored) {
        SentModel model = SentModel.of(sent);

        assertThat(model.cloud()).isEqualTo(cloud);
        assertThat(model.name().map(ModelRef::display)).contains(name);
        assertThat(model.stored().map(ModelRef::display)).contains(stored);
    }

    @Test
    void refusesTwoPlaces() {
        assertThatThrownBy(() -> SentModel.of("m:cloud:local"))
                .hasMessage("use either :local or :cloud, not both: \"m:cloud:local\"");
    }
}
