from django.db import models


class Row(models.Model):
    """The columns that the floor shows, read from the register's own table."""

    id = models.BigIntegerField(primary_key=True)
    name = models.TextField()
    slug = models.TextField()
    kind = models.TextField()
    description_sv = models.TextField()
    status = models.TextField()
    name_sort = models.TextField()

    class Meta:
        managed = False
        db_table = "actors_actor"

    def __str__(self):
        return self.name
