package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import java.util.List;

/** {@code images}: plain Base64, as Go decodes it. */
final class Images {

    private Images() {}

    static List<String> read(GoObject object) {
        return object.texts("images", "api.ImageData").stream().map(Images::checked).toList();
    }

    /** Go passes over line ends within. */
    private static String checked(String sent) {
        String image = sent.replace("\n", "").replace("\r", "");
        if (!image.equals(sent)) {
            return checked(image);
        }
        for (int index = 0; index < image.length(); index++) {
            if (!isDigit(image.charAt(index)) && !isPadding(image, index)) {
                throw illegal(index);
            }
        }
        if (image.length() % 4 != 0) {
            throw illegal(image.length() - image.length() % 4);
        }
        return image;
    }

    private static boolean isDigit(char character) {
        return (character >= 'A' && character <= 'Z')
                || (character >= 'a' && character <= 'z')
                || (character >= '0' && character <= '9')
                || character == '+'
                || character == '/';
    }

    private static boolean isPadding(String image, int index) {
        return image.charAt(index) == '=' && index >= image.length() - 2;
    }

    private static CaravanException illegal(int index) {
        return Refusals.invalid("illegal base64 data at input byte " + index);
    }
}
