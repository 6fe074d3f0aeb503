# Formatting, Error Prone, NullAway, the rules of the rooms; and shellcheck over the scripts, where it can be had.
lint() {
  need_java
  need_maven
  maven -DskipTests verify
  lint_scripts
}

lint_scripts() {
  command -v shellcheck >/dev/null || (need_packages shellcheck) || {
    note "no shellcheck: the scripts are not checked"
    return 0
  }
  cd "$ROOT" || die "no $ROOT"
  git ls-files dev .ci 'dev.d/*.sh' | xargs shellcheck --severity warning || die "shellcheck is not content"
  # what is sourced from bench/systems sets variables for run.sh
  git ls-files 'bench/*.sh' | xargs shellcheck --severity warning --exclude SC2034 || die "shellcheck is not content"
}
