"""Reading other people's inventories: pure, without Django, below models and above rules.

reading → Table, proposal → Mapping, rows → MappedRow, identity → Plan. Nothing here writes.
"""
