package io.github.tern4j.tensor;

/**
 * Input from outside the program (a file, an option, a data row) is not what it has to be.
 *
 * <p>The message is one line that says what is wrong, where, and what was expected; the command line prints it without a stack
 * trace and exits with code 2. Programming errors such as mismatched shapes are {@link IllegalArgumentException}s instead.
 */
public final class BadInputException extends RuntimeException {

  /** An error with its one-line message: {@code where: what is wrong; what was expected}. */
  public BadInputException(String message) {
    super(message);
  }

  /** The same with the failure underneath, which only {@code --debug} shows. */
  public BadInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
