package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** {@code down} leaves no process and no port, whatever happened before. */
@WithFaults
@Order(5)
class DownIT {

    @Test
    void leavesNothingBehindAfterKills(LocalCluster cluster) {
        String model = cluster.demoModel();
        EngineState engine = cluster.load(model);
        List<LocalCluster.Process> processes = cluster.processes();
        LocalCluster.kill(cluster.process("scheduler").pid());
        LocalCluster.signal("STOP", cluster.process("health").pid());
        LocalCluster.signal("STOP", engine.pid());
        cluster.leashesOf(engine.pid()).forEach(LocalCluster::kill);

        LocalCluster.Said down = cluster.caravan("down");

        assertThat(down.exit()).describedAs(down.text()).isZero();
        cluster.awaitGone(engine.pid());
        LocalCluster.assertNothingRuns(cluster.home());
        assertThat(processes)
                .allSatisfy(process -> assertThat(LocalCluster.listens(process.port())).isFalse());
        assertThat(cluster.caravan("down").exit()).isZero();
    }
}
