package dev.caravan.e2e;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.logging.Level;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real headless Chromium, with a profile of its own, that goes nowhere by itself. */
final class PageBrowser implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(40);

    private final ChromeDriver driver;

    private PageBrowser(Path chromium, Path chromedriver, Path profile) {
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--window-size=1280,1000",
                "--user-data-dir=" + profile);
        options.setCapability("goog:loggingPrefs", logs);
        driver =
                new ChromeDriver(
                        new ChromeDriverService.Builder()
                                .usingDriverExecutable(chromedriver.toFile())
                                .usingAnyFreePort()
                                .build(),
                        options);
    }

    /** Empty where Chromium or its driver is not installed. */
    static Optional<PageBrowser> start() {
        Optional<Path> chromium = onPath("chromium");
        Optional<Path> chromedriver = onPath("chromedriver");
        if (chromium.isEmpty() || chromedriver.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path profile = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "browser");
            return Optional.of(new PageBrowser(chromium.get(), chromedriver.get(), profile));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Optional<Path> onPath(String command) {
        return List.of(System.getenv("PATH").split(File.pathSeparator, -1)).stream()
                .map(folder -> Path.of(folder, command))
                .filter(Files::isExecutable)
                .findFirst();
    }

    void open(URI page) {
        driver.get(page.toString());
    }

    /** The visible text of all that {@code selector} finds. */
    String text(String selector) {
        return String.join("\n", all(selector).stream().map(WebElement::getText).toList());
    }

    int count(String selector) {
        return all(selector).size();
    }

    List<String> attributes(String selector, String name) {
        return all(selector).stream().map(element -> attribute(element, name)).toList();
    }

    private static String attribute(WebElement element, String name) {
        return Optional.ofNullable(element.getDomAttribute(name)).orElse("");
    }

    List<Integer> widths(String selector) {
        return all(selector).stream().map(element -> element.getRect().getWidth()).toList();
    }

    private List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    /** What a script in the page returns. */
    Object script(String script) {
        return Optional.ofNullable(driver.executeScript(script)).orElse("");
    }

    /** Errors of scripts, requests that failed, and what the content policy refused. */
    List<String> errors() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(entry -> entry.getMessage())
                .toList();
    }

    /** Waits until the page shows {@code wanted}; it may be redrawn while it is read. */
    void await(String what, ThrowingRunnable wanted) {
        Awaitility.await(what)
                .atMost(SOON)
                .ignoreExceptionsMatching(redrawn())
                .untilAsserted(wanted);
    }

    private static Predicate<Throwable> redrawn() {
        return StaleElementReferenceException.class::isInstance;
    }

    /** Makes a picture of the whole page. */
    void picture(Path file, int width) {
        driver.manage().window().setSize(new Dimension(width, 1000));
        Number height = (Number) script("return document.documentElement.scrollHeight");
        driver.manage().window().setSize(new Dimension(width, height.intValue() + 150));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
