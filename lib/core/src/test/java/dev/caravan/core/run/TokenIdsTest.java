package dev.caravan.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenIdsTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5})
    void areTheSameAsListAndAsArray(int count) {
        int[] ids = new int[count];
        for (int n = 0; n < count; n++) {
            ids[n] = 7 * n + 1;
        }

        List<Integer> list = TokenIds.list(ids);

        assertThat(list).hasSize(count);
        assertThat(TokenIds.array(list)).isEqualTo(ids);
        assertThatThrownBy(() -> list.add(3)).isInstanceOf(UnsupportedOperationException.class);
    }
}
