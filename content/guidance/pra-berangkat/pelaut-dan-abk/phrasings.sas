semamaqku taek kapal tuna lekan Benoa, lime bulan ndeq araq kabar, nomer agen wah mate
Anak tiang baruq tamat SMK pelayaran, tetawah kapal Taiwan due minggu langsung berangkat, takut tiang pak
leq mes baruq tebadaq kapal ikan, padahal janjine kapal kargo, buku pelaut tegaduh kantor
batur sekapal geriq jok laut, kapten ndeqne peta, keluargene endeng surat ape adeq bau klaim
kapal sandar lemaq leq Kaohsiung, adiqku tepantok terus, sai saq harus telpunne
Inggih, tukang masak kapal pesiar nike tame PMI ape ndeq?
wah due taun leq laut ndeqman uah taek darat, kontrak wah liwat
