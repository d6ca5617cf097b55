# SPDX-License-Identifier: BSL-1.0
# complete.zsh FOLDER LINE: types LINE and a TAB into a zsh that completes with FOLDER/functions, and prints the line that it makes.
zmodload zsh/zpty
cd $1
rm -f ready line
zpty shell "HOME=$1 TERM=dumb zsh -f -i"
zpty -w shell "PS1=; fpath=($1/functions \$fpath); autoload -Uz compinit; compinit -u -d $1/dump; unsetopt beep auto_menu list_ambiguous"
zpty -w shell "print-line() { print -rn -- \"\$BUFFER\" >$1/line; BUFFER=; }; zle -N print-line; bindkey '^Xp' print-line; : >$1/ready"
for i in {1..200}; do [[ ! -e ready ]] || break; sleep 0.05; zpty -rt shell nothing; done
zpty -wn shell "$2"$'\t\x18p'
for i in {1..200}; do [[ ! -s line ]] || break; sleep 0.05; zpty -rt shell nothing; done
zpty -d shell
print -r -- "$(<line)"
