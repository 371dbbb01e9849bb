package dev.caravan.health;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The health service's process. */
@SpringBootApplication
public class HealthApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(HealthApplication.class, arguments);
    }
}
