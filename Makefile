# Porta fina: quem sabe fazer é tools/task.py (que também roda sem make, inclusive no Windows).
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
TASKS := book test lab notebooks check serve pdf mutants bench gpu constraints address clean help
.PHONY: $(TASKS)
$(TASKS):
	@$(PYTHON) tools/task.py $@ $(ARGS)
