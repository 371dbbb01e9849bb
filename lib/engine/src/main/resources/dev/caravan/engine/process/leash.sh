#!/bin/sh
# leash.sh COMMAND ARGUMENTS..   Runs the command so that it dies with its owner.
# stdin is the leash: a pipe that the owner never writes to and never closes, so that it ends only with the owner.
exec 3<&0 </dev/null                                # first: a background job without job control gets /dev/null as stdin
( trap '' HUP INT TERM
  read -r _ <&3                                     # returns when the last write end is closed, whatever killed the owner, or by the owner when the command has ended
  # the whole group (-s: dash does not take "-9 -- -PID"); of a command that has ended its helpers, which keep the number from being given to others
  kill -s KILL -- -$$ && exit
  if [ -r /proc/self/stat ]; then read -r _ _ _ parent _ </proc/self/stat
  else parent=$(exec sh -c 'ps -o ppid= -p "$PPID"'); fi
  # without setsid there is no group; still the command? its pid may have been given to another process
  [ "$parent" -eq $$ ] && kill -s KILL $$
) >/dev/null 2>&1 &
if [ -n "${LEASH_KEEP:-}" ]; then                   # only lines like this reach the log
  pipe=./lines.$$
  mkfifo -m 600 "$pipe" || exit 126
  ( trap '' HUP INT TERM                            # ends with the last writer and no earlier, or that would die of it
    exec grep --line-buffered -aE -e "$LEASH_KEEP" <"$pipe" 3<&- ) &
  exec >"$pipe" 2>&1
  rm -f "$pipe"
  unset LEASH_KEEP
fi
if command -v setsid >/dev/null 2>&1; then
  exec setsid "$@" 3<&-                             # keeps the pid; its own session: Ctrl-C at the terminal does not reach it
fi
exec "$@" 3<&-
