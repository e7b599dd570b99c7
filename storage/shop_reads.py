"""`backoffice.shop_queries.ShopQueries` over SQL: each question is one read-only snapshot."""

from storage.money_view import MoneyReads
from storage.order_view import OrderReads


class SqlShopQueries(OrderReads, MoneyReads):
    """Orders and money, over one database."""
