"""Keys of their own: one row for each conversation, person or case of which something is sealed, and its end.

Whoever is erased loses their key in the same transaction. What they told then opens nowhere any more: not in this database,
not in what a disk keeps of deleted rows, and not in a backup made before, as long as this table is kept apart from the
others there and only its newest copy is kept (`docs/decisions/0033`; UU PDP 27/2022 art. 43-44; NIST SP 800-88, cryptographic
erase). What must survive its owner's erasure is sealed anew first (`renew`).
"""

from __future__ import annotations

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from centre.db import Base, BigId


class DataKey(Base):
    """The key of one owner, sealed with a field key."""

    __tablename__ = "data_keys"
    __table_args__ = (UniqueConstraint("owner_kind", "owner_id"),)

    id: Mapped[bytes] = mapped_column(LargeBinary(8), primary_key=True)
    """Eight bytes by chance; everything that this key sealed begins with them."""
    owner_kind: Mapped[str] = mapped_column(String(12))
    owner_id: Mapped[int] = mapped_column(BigId)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
