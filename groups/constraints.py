from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BaseConstraint, Model


class ForeignKeyTogether(BaseConstraint):
    """A foreign key over several columns, checked at the end of a transaction.

    Django knows only keys of one column. Several columns say what one cannot: that
    two rows belong to the same organisation, or that an owner holds a certain role.
    `to_columns` of `to_table` need a unique constraint of their own. A NULL in any
    column leaves the row unchecked (SQL's MATCH SIMPLE). With `cascades` the database
    deletes the row when the one that it points to goes.
    """

    def __init__(
        self,
        *,
        name: str,
        columns: tuple[str, ...],
        to_table: str,
        to_columns: tuple[str, ...],
        cascades: bool = False,
    ) -> None:
        super().__init__(name=name)
        self.columns = columns
        self.to_table = to_table
        self.to_columns = to_columns
        self.cascades = cascades

    def constraint_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        if schema_editor is None:
            return ""
        quote = schema_editor.quote_name

        def listed(names: tuple[str, ...]) -> str:
            return ", ".join(map(quote, names))

        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({listed(self.columns)}) "
            f"REFERENCES {quote(self.to_table)} ({listed(self.to_columns)}) "
            f"{'ON DELETE CASCADE ' if self.cascades else ''}"
            "DEFERRABLE INITIALLY DEFERRED"
        )

    def create_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        if model is None or schema_editor is None:
            return ""
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        if model is None or schema_editor is None:
            return ""
        quote = schema_editor.quote_name
        table = quote(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, *args: object, **options: object) -> None:
        """Nothing: the key is deferred, and only the commit can know."""

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ForeignKeyTogether):
            return self.deconstruct() == other.deconstruct()
        return NotImplemented

    __hash__ = BaseConstraint.__hash__

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        path, _args, options = super().deconstruct()
        options |= {
            "columns": self.columns,
            "to_table": self.to_table,
            "to_columns": self.to_columns,
            "cascades": self.cascades,
        }
        return path, (), options
