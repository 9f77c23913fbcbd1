package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.bitdistill.loss.AttentionStates.Role;
import io.github.tern4j.bitdistill.loss.AttentionStates.Stage;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.kernel.RelationMode;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a scalar of the case {@code distill} is, read from its name (golden README, section 5). */
sealed interface LossName {

  /** {@code ce}. */
  record CrossEntropyLoss() implements LossName {}

  /** {@code ld.tauX}, {@code .times_tau_squared}, {@code .all_positions}. */
  record Logits(float tau, boolean timesTauSquared, boolean allPositions) implements LossName {}

  /** {@code ad.STAGE.MODE.splitN.tempT.ROLE}, or {@code ad_kv_repeated}; no role means the sum of the three. */
  record Relation(Stage stage, RelationMode mode, int splitHeads, float temperature, boolean repeated, Optional<Role> role)
      implements LossName {}

  /** {@code total.NAME}, whose factors the manifest lists under that name. */
  record Total(String coefficients) implements LossName {}

  /** Names of logits losses. */
  Pattern LOGITS = Pattern.compile("ld\\.tau(\\d+(?:\\.\\d+)?)(\\.times_tau_squared|\\.all_positions)?");

  /** Names of relation losses. */
  Pattern RELATION =
      Pattern.compile("(ad|ad_kv_repeated)\\.(\\w+)\\.(\\w+)\\.split(\\d+)\\.temp(\\d+(?:\\.\\d+)?)\\.(q|k|v|total)");

  /** Reads a name. */
  static LossName parse(String name) {
    Matcher logits = LOGITS.matcher(name);
    Matcher relation = RELATION.matcher(name);
    if (name.equals("ce")) {
      return new CrossEntropyLoss();
    } else if (name.startsWith("total.")) {
      return new Total(name.substring("total.".length()));
    } else if (logits.matches()) {
      return new Logits(Float.parseFloat(logits.group(1)), ".times_tau_squared".equals(logits.group(2)),
          ".all_positions".equals(logits.group(2)));
    } else if (relation.matches()) {
      String role = relation.group(6).toUpperCase(Locale.ROOT);
      return new Relation(stage(relation.group(2)), mode(relation.group(3)), Integer.parseInt(relation.group(4)),
          Float.parseFloat(relation.group(5)), relation.group(1).equals("ad_kv_repeated"),
          role.equals("TOTAL") ? Optional.empty() : Optional.of(Role.valueOf(role)));
    }
    throw unknown("loss", name);
  }

  /** {@code proj}, {@code norm} or {@code rope}. */
  static Stage stage(String name) {
    return switch (name) {
      case "proj" -> Stage.PROJECTION;
      case "norm" -> Stage.NORM;
      case "rope" -> Stage.ROPE;
      default -> throw unknown("stage", name);
    };
  }

  /** The name of a stage. */
  static String of(Stage stage) {
    return switch (stage) {
      case PROJECTION -> "proj";
      case NORM -> "norm";
      case ROPE -> "rope";
    };
  }

  /** The name of a role. */
  static String of(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  /** {@code algorithm1}, {@code l2_scaled} or {@code eq12}. */
  static RelationMode mode(String name) {
    return switch (name) {
      case "algorithm1" -> RelationMode.ALGORITHM1;
      case "l2_scaled" -> RelationMode.L2_SCALED;
      case "eq12" -> RelationMode.EQUATION12;
      default -> throw unknown("mode", name);
    };
  }

  private static BadInputException unknown(String what, String name) {
    return new BadInputException("golden case distill: " + what + " '" + name + "' is unknown; expected a name of the README");
  }
}
