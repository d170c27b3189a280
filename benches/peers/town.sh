# Sourced by the scripts that need very many people: builds `crowd`, and makes target/peers/town-PEOPLE with the database of an office on SQLite
# (office.sqlite) in which everybody is registered, signed in and has a pass, and their tokens. One of the last day is used again. Sets crowd and town.
cargo build --release --quiet -p server --example crowd
crowd="${CARGO_TARGET_DIR:-target}/release/examples/crowd"
town="$PWD/target/peers/town-$people"
if [ -z "$(find "$town" -name tokens -mmin -1440 2>/dev/null)" ]; then
  rm -rf "$town"
  # Registered where nothing waits for a disk; what is measured lies on one.
  quick="$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)"
  start="$(date +%s)"
  "$crowd" fill "sqlite:$quick/office.sqlite" "$people" "$quick/tokens"
  mkdir -p "$town" && cp "$quick"/* "$town/" && rm -rf "$quick"
  echo "$people people registered, signed in and with a pass, in $(($(date +%s) - start)) s"
fi
